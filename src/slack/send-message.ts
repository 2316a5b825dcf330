import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Log, OutboxMessage } from '../flow/ports.ts';
import { classic } from './blocks/degrade.ts';
import { LIMITS } from './blocks/limits.ts';
import { lintMessage } from './blocks/lint.ts';
import { clampMarkup } from './blocks/text.ts';
import { type Trouble, troubleOf } from './errors.ts';

export type Method = 'chat.postMessage' | 'chat.update';

export interface Speaker {
  client: WebClient;
  log: Log;
}

type Form = 'rendered' | 'classic' | 'text';
export type Said = { kind: 'said'; ts: string; form: Form } | Trouble;

/** Posts or updates one message: as rendered, else in classic blocks, else as text alone. */
export async function say(speaker: Speaker, message: OutboxMessage, thread: string | null): Promise<Said> {
  const { log } = speaker;
  const forms: [Form, KnownBlock[]][] = [
    ['rendered', message.blocks as KnownBlock[]],
    ['classic', classic(message.blocks)],
    ['text', []],
  ];
  let trouble: Trouble = { kind: 'too-rich', why: 'no form passed the check' };
  for (const [form, blocks] of forms) {
    const problems = lintMessage(blocks);
    if (problems.length > 0) {
      log.warn({ key: message.key, form, problems: problems.slice(0, 5) }, 'a Slack message does not keep the limits');
      continue;
    }
    const said = await sayOnce(speaker, message, thread, blocks);
    if (said.kind !== 'too-rich') return said.kind === 'said' ? { ...said, form } : said;
    log.warn({ key: message.key, form, error: said.why }, 'Slack refused the blocks of a message');
    trouble = said;
  }
  return { ...trouble, kind: 'refused' };
}

async function sayOnce(
  { client }: Speaker,
  message: OutboxMessage,
  thread: string | null,
  blocks: KnownBlock[],
): Promise<{ kind: 'said'; ts: string } | Trouble> {
  const { key, channel, ts, desiredRev: rev } = message;
  const text = clampMarkup(message.text, LIMITS.messageText - 1);
  const metadata = { event_type: 'redis_medic', event_payload: { key, rev } };
  const content = { channel, text, blocks, metadata, parse: 'none', link_names: false } as const;
  try {
    const answer =
      ts === null
        ? await client.chat.postMessage({ ...content, unfurl_links: false, unfurl_media: false, ...inThread(thread) })
        : await client.chat.update({ ...content, ts });
    return answer.ts === undefined ? { kind: 'unclear', why: 'Slack named no ts' } : { kind: 'said', ts: answer.ts };
  } catch (error) {
    return troubleOf(error);
  }
}

function inThread(thread: string | null): { thread_ts?: string } {
  return thread === null ? {} : { thread_ts: thread };
}
