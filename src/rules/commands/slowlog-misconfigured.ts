import { defineRule } from '../../domain/rule.ts';
import observabilityConfig from '../../probes/observability-config.ts';

/** Redis' default length; microseconds of what is very slow. */
const SHORTEST = 128;
const BLIND_ABOVE = 100_000;

export default defineRule({
  scope: 'node',
  needs: { observabilityConfig },
  latent: true,
  more:
    'The slow log is off, too short, or set so that it misses slow commands or logs every command, so nobody can tell afterwards what blocked the server. ' +
    'Usually somebody changed it for one investigation. ' +
    'CONFIG SET slowlog-log-slower-than 10000 and slowlog-max-len 1024 cost next to nothing.',
  check({ observabilityConfig: { now } }) {
    const { slowlog_log_slower_than: slower, slowlog_max_len: length = SHORTEST } = now;
    const wrong = [
      ...(slower < 0 ? ['it is off'] : []),
      ...(slower === 0 ? ['it logs every command'] : []),
      ...(slower > BLIND_ABOVE ? [`it misses what takes less than ${Math.round(slower / 1000)} ms`] : []),
      ...(length < SHORTEST ? [`it holds only ${length} entries`] : []),
    ];
    if (wrong.length === 0) return;
    return {
      severity: 'info',
      headline: `The slow log tells too little: ${wrong.join(', and ')}`,
      evidence: [
        { field: 'slowlog-log-slower-than', value: String(slower), expected: `1 to ${BLIND_ABOVE}` },
        { field: 'slowlog-max-len', value: String(length), expected: `>= ${SHORTEST}` },
      ],
    };
  },
});
