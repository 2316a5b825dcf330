export interface Sshd {
  path: string;
  root?: string;
}
export function findSshd(env?: Readonly<Record<string, string | undefined>>): Sshd | undefined;
export function fetchSshd(env?: Readonly<Record<string, string | undefined>>): void;
