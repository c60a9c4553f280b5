// Imported by imports-default.ts.
export const limit = 5;
