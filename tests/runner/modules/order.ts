import { readFileSync } from 'node:fs';
import mail, { from, send } from './mail';

export const order = (who: string) => `${from}: ${send(who)}`;
export const deep = () => mail?.deep?.call();
export const rates = () => readFileSync('rates.txt', 'utf8');
