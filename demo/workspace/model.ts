/** An object as it goes over the wire. */
export type Json = Record<string, unknown>;

export interface Person {
  id: string;
  /** The handle, without @. */
  name: string;
  realName: string;
  /** What the person may do here, for the user switcher. */
  title: string;
}

export interface Channel {
  id: string;
  name: string;
  topic: string;
  /** User ids; the app must be among them to post. */
  members: readonly string[];
  archived?: boolean;
}

export interface Usergroup {
  id: string;
  handle: string;
  name: string;
  users: readonly string[];
}

/** Who lives in the workspace, the app included. */
export interface Directory {
  users: readonly Person[];
  channels: readonly Channel[];
  usergroups: readonly Usergroup[];
}

export interface Message {
  channel: string;
  ts: string;
  user: string;
  text: string;
  blocks: Json[];
  metadata: Json | null;
  threadTs: string | null;
  /** The only person who sees it. */
  ephemeralTo: string | null;
  edited: string | null;
  reactions: { name: string; users: string[] }[];
}

export interface View {
  id: string;
  user: string;
  hash: string;
  rootId: string;
  previousId: string | null;
  /** What the app sent, with every block_id filled in. */
  content: Json & { type: string; blocks: Json[] };
}

export const TEAM = { id: 'T0MEDIC00', domain: 'pretend', name: 'Pretend workspace' } as const;
export const APP = {
  id: 'A0MEDIC00',
  userId: 'U0MEDIC00',
  botId: 'B0MEDIC00',
  name: 'redis-medic',
  command: '/redis',
} as const;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
