export const from = 'real';
export function send(to: string): string {
  return `really sent to ${to}`;
}
export class Box {
  size() {
    return 7;
  }
}
export default { deep: { call: () => 'real' }, list: [1] };
