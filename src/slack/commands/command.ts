import type { KnownBlock, ModalView } from '@slack/types';
import type { SlackUserId } from '../../domain/ids.ts';
import type { Ports } from '../../flow/ports.ts';
import type { Markup } from '../blocks/text.ts';

/** What a sub-command of /redis has to go on. */
export interface Asked {
  ports: Ports;
  by: SlackUserId;
  /** What stands after the sub-command, quotes and odd whitespace removed. */
  rest: string;
  /** Opens a dialog at once and puts `next` in its place when that is there; false when Slack did not take it. */
  show: (view: ModalView, next: () => Promise<ModalView>) => Promise<boolean>;
  /** Link to a message; undefined while the workspace is not known. */
  link: (channel: string, ts: string) => string | undefined;
}

/** Shown to the one who asked alone. */
export interface Answer {
  text: Markup;
  blocks?: KnownBlock[];
}

/** One sub-command. */
export interface Command {
  usage: string;
  does: string;
  answer(asked: Asked): Promise<Answer>;
}
