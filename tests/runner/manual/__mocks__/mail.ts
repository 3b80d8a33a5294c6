// Stands for mail.ts.
import { vi } from 'vitest';
export const send = vi.fn((to: string) => `not to ${to}`);
export const isMock = true;
