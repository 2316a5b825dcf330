export type ToolName = 'sshd' | 'sudo';
export interface Tool {
  path: string;
  /** Where it was unpacked, when it is not installed. */
  root?: string;
}
export function findTool(name: ToolName, env?: Readonly<Record<string, string | undefined>>): Tool | undefined;
export function fetchTool(name: ToolName, env?: Readonly<Record<string, string | undefined>>): void;
