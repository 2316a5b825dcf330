import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { groupOf, leftAlone, unsteadyOf } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { milliseconds } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import observability from '../probes/observability-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Below a millisecond ordinary commands fill the log. */
const TOO_EAGER_US = 1000;

/** Has the servers remember slow commands and pauses, where they do not; what is set well already stays. */
export default defineAction({
  args: z.strictObject({
    /** Events of the latency monitor from so many milliseconds on. */
    latency_ms: z.number().int().min(1).max(10_000).default(100),
    /** Commands in SLOWLOG from so many microseconds on. */
    slowlog_us: z.number().int().min(TOO_EAGER_US).default(10_000),
    /** How many of them. */
    slowlog_len: z.number().int().min(128).max(10_000).default(1024),
  }),
  needs: [observability, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const group = groupOf(scene.snapshot, scene.node);
    const odd = unsteadyOf(group);
    if (odd) return { refused: odd };
    const change = changeOf(
      group.flatMap((node) => {
        const now = scene.read(observability, node);
        const { latency_monitor_threshold: latency = 0, slowlog_log_slower_than: slow, slowlog_max_len: length } = now;
        return settingsOf(node, 'observability-config', now, {
          'latency-monitor-threshold': latency > 0 && latency <= args.latency_ms ? undefined : args.latency_ms,
          'slowlog-log-slower-than': slow >= TOO_EAGER_US && slow <= args.slowlog_us ? undefined : args.slowlog_us,
          'slowlog-max-len': length !== undefined && length < args.slowlog_len ? args.slowlog_len : undefined,
          'latency-tracking': now.latency_tracking === 'no' ? 'yes' : undefined,
        });
      }),
    );
    if (!change) return { refused: 'slow commands and pauses are remembered already' };
    return {
      args,
      commands: change.commands,
      undo: change.undo,
      impact: [
        `Commands that take ${milliseconds(args.slowlog_us / 1000)} or more and pauses of ${milliseconds(args.latency_ms)} or more are remembered from now on; clients notice nothing.`,
        `SLOWLOG keeps up to ${args.slowlog_len} commands, with the beginnings of their arguments: about ${Math.ceil((args.slowlog_len * 4) / 1024)} MiB at the most. Whoever may read it sees those arguments.`,
        ...leftAlone(scene.snapshot, group, 'settings'),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});
