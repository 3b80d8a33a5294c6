// Stands for the built-in module.
export const hostname = () => 'nowhere';
