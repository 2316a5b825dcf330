import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Desk, personAt } from './desk.ts';
import { Fault, type Faults } from './faults.ts';
import { Click, click, openHome, Slash, say, slash, Words } from './hands.ts';
import { answer, readBody } from './http.ts';
import { Close, closeView, Submit, submitView } from './modals.ts';
import { newsFor, sceneOf } from './scenery.ts';

/** More of the page than the chat: answers `/_sim/<name>`, and tells open pages news. */
export interface Panel {
  /** Offered after the slash command. */
  completions: readonly { text: string; hint: string }[];
  /** What the page can ask for, by name. */
  doors: Readonly<Record<string, (body: unknown) => unknown>>;
  /** Told to every open page as they happen. */
  onNews(listener: (news: object) => void): () => void;
}

export interface Control {
  desk: Desk;
  faults: Faults;
  panel: Panel | undefined;
}

const Home = z.object({ user: z.string() });

/** The doors for the page and for tests by hand: `/_sim/<name>`. */
export async function serveControl(
  control: Control,
  name: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (!fromHere(req)) return answer(res, 403, { error: 'only for pages of this workspace' });
  const { desk, panel } = control;
  if (req.method === 'GET') {
    const user = personAt(desk, new URL(req.url ?? '/', 'http://localhost').searchParams.get('user') ?? '').id;
    if (name === 'scene') return answer(res, 200, sceneOf(desk.state, user, panel?.completions ?? []));
    if (name === 'news') return streamNews(control, user, req, res);
  }
  const doors = doorsOf(control);
  const door = Object.hasOwn(doors, name) ? doors[name] : undefined;
  if (req.method !== 'POST' || !door) return answer(res, 404, { error: 'no such door' });
  try {
    const result = await door(JSON.parse((await readBody(req)) || '{}'));
    answer(res, 200, result ?? {});
  } catch (error) {
    answer(res, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function doorsOf({ desk, faults, panel }: Control): Panel['doors'] {
  return {
    slash: (body) => slash(desk, Slash.parse(body)),
    click: (body) => click(desk, Click.parse(body)),
    submit: (body) => submitView(desk, Submit.parse(body)),
    close: (body) => closeView(desk, Close.parse(body)),
    home: (body) => openHome(desk, Home.parse(body).user),
    say: (body) => ({ ts: say(desk, Words.parse(body)).ts }),
    fault: (body) => faults.add(Fault.parse(body)),
    ...panel?.doors,
  };
}

/** A page elsewhere must not reach these doors through a person's browser, nor by a name that points here. */
function fromHere({ headers }: IncomingMessage): boolean {
  const host = headers.host ?? '';
  const origin = headers.origin;
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) && (origin === undefined || origin === `http://${host}`);
}

function streamNews(
  { desk: { state }, panel }: Control,
  user: string,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  res.write('retry: 500\n\n');
  const tell = (news: object) => res.write(`data: ${JSON.stringify(news)}\n\n`);
  const quiet = [
    state.onChange((change) => {
      const news = newsFor(state, user, change);
      if (news) tell(news);
    }),
    panel?.onNews(tell),
  ];
  req.on('close', () => {
    for (const stop of quiet) stop?.();
  });
}
