// The file named on the command line is not there, may not be read or is not TypeScript; the reason stands in brackets.
