// A module that reads the environment as Vite's do.
export const mode = () => import.meta.env.MODE;
