import { randomBytes } from 'node:crypto';
import { APP, type Channel, type Directory, type Json, type Message, type View } from './model.ts';

/** Something that an open page must redraw. `to` is the only person who may know of it; null means the channel's members. */
export type Change =
  | { kind: 'message'; message: Message }
  | { kind: 'deleted'; channel: string; ts: string }
  | { kind: 'views'; to: string }
  | { kind: 'home'; to: string }
  | { kind: 'channels' };

/** Everything that the workspace remembers, in memory. */
export class State {
  readonly directory: Directory;
  readonly channels: Map<string, Channel>;
  readonly homes = new Map<string, View>();
  readonly #messages: Message[] = [];
  readonly #stacks = new Map<string, View[]>();
  readonly #listeners = new Set<(change: Change) => void>();
  #skewMs = 0;
  #lastMicros = 0;

  constructor(directory: Directory) {
    this.directory = directory;
    this.channels = new Map(directory.channels.map((channel) => [channel.id, channel]));
  }

  /** Epoch ms of the workspace's clock, which tests may push forward. */
  now(): number {
    return Date.now() + this.#skewMs;
  }

  advance(ms: number): void {
    this.#skewMs += ms;
  }

  /** A new message id: seconds with six decimals, never given twice. */
  nextTs(): string {
    const micros = Math.max(this.now() * 1000, this.#lastMicros + 1);
    this.#lastMicros = micros;
    return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  add(message: Omit<Message, 'ts' | 'edited' | 'reactions'>): Message {
    const whole: Message = { ...message, ts: this.nextTs(), edited: null, reactions: [] };
    this.#messages.push(whole);
    this.changed({ kind: 'message', message: whole });
    return whole;
  }

  remove(message: Message): void {
    this.#messages.splice(this.#messages.indexOf(message), 1);
    this.changed({ kind: 'deleted', channel: message.channel, ts: message.ts });
  }

  find(channel: string, ts: string): Message | undefined {
    return this.#messages.find((message) => message.channel === channel && message.ts === ts);
  }

  /** Oldest first. */
  all(): readonly Message[] {
    return this.#messages;
  }

  /** Messages of the channel itself, oldest first. */
  roots(channel: string): Message[] {
    return this.#messages.filter((one) => one.channel === channel && one.threadTs === null);
  }

  /** The root and its replies, oldest first. */
  thread(channel: string, root: string): Message[] {
    return this.#messages.filter((one) => one.channel === channel && (one.ts === root || one.threadTs === root));
  }

  /** The open modals of a person, the one on top last. */
  stack(user: string): readonly View[] {
    return this.#stacks.get(user) ?? [];
  }

  setStack(user: string, views: View[]): void {
    this.#stacks.set(user, views);
    this.changed({ kind: 'views', to: user });
  }

  view(id: string): View | undefined {
    return [...[...this.#stacks.values()].flat(), ...this.homes.values()].find((view) => view.id === id);
  }

  viewByExternalId(id: string): View | undefined {
    return [...this.#stacks.values()].flat().find((view) => view.content.external_id === id);
  }

  /** The direct-message channel between the app and a person. */
  direct(user: string): Channel {
    const id = `D${user.slice(1)}`;
    const known = this.channels.get(id);
    if (known) return known;
    const channel: Channel = { id, name: user, topic: '', members: [user, APP.userId] };
    this.channels.set(id, channel);
    this.changed({ kind: 'channels' });
    return channel;
  }
}

/** Ids as the app sees them: a letter and random capitals. */
export function newId(letter: string): string {
  return letter + randomBytes(6).toString('hex').toUpperCase();
}

/** Blocks as stored: each has a block_id, as in messages that come back from Slack. */
export function withBlockIds(blocks: readonly Json[]): Json[] {
  return blocks.map((block) => (block.block_id ? block : { ...block, block_id: randomBytes(4).toString('base64url') }));
}
