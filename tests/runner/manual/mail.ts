// What is mocked.
export const send = (to: string) => `really to ${to}`;
export default class Box {}
