import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import type { Command } from '../domain/command.ts';

const KILLS: Readonly<Record<string, Command>> = {
  'SCRIPT KILL': ['SCRIPT', 'KILL'],
  'FUNCTION KILL': ['FUNCTION', 'KILL'],
};

/** Ends the script or function that blocks a server. Such a server answers nothing else, so its refusal is all there is to plan from. */
export default defineAction({
  args: z.strictObject({}),
  needs: [],
  sends: Object.values(KILLS),
  risks: ['disruptive'],
  plan: (_args, { node }) => ({ refused: `${node.name} answers: no script blocks it now` }),
  planUnread(args, { name, cause, detail }) {
    const named = /\b(SCRIPT|FUNCTION) KILL\b/.exec(detail)?.[0] ?? '';
    const kill = KILLS[named];
    if (cause !== 'busy' || !kill) {
      return { refused: `${name} does not say that a script or function runs there: ${detail}` };
    }
    const what = named === 'SCRIPT KILL' ? 'script' : 'function';
    return {
      args,
      commands: [{ node: name, argv: kill, applied: [] }],
      undo: `A ${what} that was ended cannot go on; its caller gets an error and may call it again.`,
      impact: [
        `The ${what} that runs now is ended; its caller gets an error, and the commands of all other clients are answered again at once.`,
        `Nothing is lost: a ${what} that has written already is not ended. The server then answers UNKILLABLE and stays blocked until the ${what} ends by itself: fail over to a replica instead of stopping it, which would lose what was not saved.`,
      ],
      risk: 'disruptive',
      watches: [],
    };
  },
});
