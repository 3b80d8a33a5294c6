// What uses it.
import { send } from './mail';
export const order = (who: string) => send(who);
