import { randomBytes } from 'node:crypto';
import type { Panel } from './control.ts';
import { type AppAddress, type Delivery, type Parcel, post } from './delivery.ts';
import { channelAt, type Desk } from './desk.ts';
import { type Fault, Faults, RateLimits } from './faults.ts';
import { type Click, click, openHome, type Slash, say, slash, type Words } from './hands.ts';
import { type Close, closeView, type Submit, type Submitted, submitView } from './modals.ts';
import type { Directory, Message, View } from './model.ts';
import { listen } from './server.ts';
import { Sockets } from './sockets.ts';
import { State } from './state.ts';
import { ResponseUrls, Triggers } from './tickets.ts';
import { waitFor } from './waiting.ts';

export interface WorkspaceOptions extends Directory {
  /** A free one when absent. */
  port?: number;
  /** Where the app listens; it can be named later, or come by Socket Mode. */
  app?: AppAddress;
  /** Answers 429 as Slack does when calls come too fast. */
  rateLimits?: boolean;
  panel?: Panel;
}

/** A parcel that went to the app, and how it was acknowledged. */
interface Sent {
  parcel: Parcel;
  delivery: Delivery;
}

/** A pretend Slack workspace on a loopback port. */
export interface Workspace {
  url: string;
  /** Ends in `/api/`, as WebClient wants it. */
  apiUrl: string;
  botToken: string;
  appToken: string;
  connectApp(url: string, signingSecret: string): void;

  slash(words: Slash): Promise<Delivery>;
  click(click: Click): Promise<Delivery>;
  submitView(submit: Submit): Promise<Submitted>;
  closeView(close: Close): Promise<void>;
  openHome(user: string): Promise<Delivery>;
  say(words: Words): Message;

  /** Messages of a channel (id or name) outside of threads, oldest first; ephemeral ones are among them. */
  messages(channel: string): Message[];
  /** The root and its replies, oldest first. */
  thread(ts: string): Message[];
  /** The open modals of a person, the one on top last. */
  views(user: string): readonly View[];
  home(user: string): View | undefined;
  /** The first truthy answer of `look`, asked after every change. */
  waitFor<T>(
    look: () => T,
    options?: { timeoutMs?: number; what?: string },
  ): Promise<Exclude<T, undefined | null | false>>;

  faults(fault: Fault): void;
  clearFaults(): void;
  /** Pushes the clock of trigger ids, response_urls, limits and message ids forward. */
  advance(ms: number): void;
  /** Web API methods in the order they were called. */
  readonly calls: readonly string[];
  readonly sent: readonly Sent[];
  readonly sockets: Pick<Sockets, 'count' | 'disconnect' | 'drop'>;
  stop(): Promise<void>;
}

export async function startWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { users, channels, usergroups, panel } = options;
  const state = new State({ users, channels, usergroups });
  const now = () => state.now();
  const triggers = new Triggers(now);
  const responseUrls = new ResponseUrls(() => server.url, now);
  const faults = new Faults();
  const sockets = new Sockets();
  const calls: string[] = [];
  const sent: Sent[] = [];
  let app = options.app;

  const send = async (parcel: Parcel): Promise<Delivery> => {
    const delivery = await (app ? post(app, parcel) : sockets.send(parcel));
    sent.push({ parcel, delivery });
    return delivery;
  };
  const desk: Desk = { state, triggers, responseUrls, send };
  const botToken = `xoxb-pretend-${randomBytes(12).toString('hex')}`;
  const appToken = `xapp-pretend-${randomBytes(12).toString('hex')}`;
  const limits = options.rateLimits ? new RateLimits(now) : undefined;
  const server = await listen(
    { desk, faults, panel, limits, sockets, botToken, appToken, called: (method) => calls.push(method) },
    options.port ?? 0,
  );

  return {
    url: server.url,
    apiUrl: `${server.url}/api/`,
    botToken,
    appToken,
    connectApp(address, signingSecret) {
      app = { url: address, signingSecret };
    },
    slash: (words) => slash(desk, words),
    click: (gesture) => click(desk, gesture),
    submitView: (submit) => submitView(desk, submit),
    closeView: (which) => closeView(desk, which),
    openHome: (user) => openHome(desk, user),
    say: (words) => say(desk, words),
    messages: (channel) => state.roots(channelAt(desk, channel).id),
    thread: (ts) => state.all().filter((message) => message.ts === ts || message.threadTs === ts),
    views: (user) => state.stack(user),
    home: (user) => state.homes.get(user),
    waitFor: (look, how) => waitFor(state, look, how),
    faults: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    advance: (ms) => state.advance(ms),
    calls,
    sent,
    sockets,
    stop: () => server.close(),
  };
}
