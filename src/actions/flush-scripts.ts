import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { bytes } from '../domain/units.ts';
import commandStats from '../probes/command-stats.ts';
import memoryProbe from '../probes/memory.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** An application has some dozens of scripts; fewer hold nothing worth a NOSCRIPT. */
const FEW = 100;
const WORTH = 64 * 1024 * 1024;

/** Forgets every cached script, so that its memory and the interpreter's are free. */
export default defineAction({
  args: z.strictObject({
    /** Whoever calls EVALSHA goes on with EVAL when the script is unknown: somebody knows that. */
    fallback: z.boolean().default(false),
  }),
  needs: [commandStats, memoryProbe, replication, server],
  sends: [['SCRIPT', 'FLUSH']],
  risks: ['disruptive'],
  plan({ fallback }, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const memory = scene.read(memoryProbe);
    const { number_of_cached_scripts: scripts = 0, used_memory_scripts: texts = 0 } = memory;
    const interpreter = memory.used_memory_vm_total ?? memory.used_memory_lua ?? 0;
    if (scripts <= FEW && interpreter < WORTH) {
      return {
        refused: `${node.name} has ${scripts} cached scripts and ${bytes(interpreter)} of interpreters: there is nothing to free`,
      };
    }
    const { commands } = scene.read(commandStats);
    const bySha = (commands.get('evalsha')?.calls ?? 0) + (commands.get('evalsha_ro')?.calls ?? 0);
    if (bySha > 0 && !fallback) {
      return {
        refused: `EVALSHA is used on ${node.name} (${bySha} calls since its start): every caller gets NOSCRIPT until it sends the text again. Ask whether they fall back to EVAL, and say so`,
      };
    }
    return {
      args: { fallback },
      commands: [{ node: node.name, argv: ['SCRIPT', 'FLUSH', 'ASYNC'], applied: [] }],
      undo: 'The texts of the scripts are with those who call them: each comes back with its next EVAL or SCRIPT LOAD.',
      impact: [
        `${scripts} cached scripts (${bytes(texts)}) and what their interpreter holds (${bytes(interpreter)}) are freed in the background. Functions stay.`,
        bySha > 0
          ? `EVALSHA answers NOSCRIPT until its caller has sent EVAL or SCRIPT LOAD once; inside MULTI or a pipeline that is an error that some clients do not mend.`
          : 'Nobody has called EVALSHA since the server started, so nobody will miss them.',
        'They come back while the application goes on making up scripts: values belong into KEYS and ARGV.',
      ],
      risk: 'disruptive',
      watches: watch(node),
    };
  },
});
