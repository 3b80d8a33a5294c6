// No test at all.
export {};
