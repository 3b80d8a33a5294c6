import { from } from './mail';

let count = 0;
export const next = () => ++count;
export const sender = from;
