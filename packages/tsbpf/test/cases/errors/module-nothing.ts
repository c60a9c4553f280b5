// Imported by cases that are about the import itself.
export const nothing = 5;
