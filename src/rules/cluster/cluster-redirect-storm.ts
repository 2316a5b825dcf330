import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { percent } from '../../domain/units.ts';
import clusterNodes, { judgeCluster } from '../../probes/cluster-nodes.ts';
import commandStats, { isResharding } from '../../probes/command-stats.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';
import stats from '../../probes/stats.ts';

/** A client learns from its first MOVED: more than a few in a hundred commands means that many do not. */
const SHARE = 0.05;
/** A client that has just connected is no storm. */
const FEWEST_MOVED = 20;
/** A command typed by hand is no storm either. */
const FEWEST_ERRORS = 5;

/** What these errors say when there are many of them. */
const MEANING = {
  MOVED: 'clients with an old map of the slots, or without one; on replicas, clients without READONLY',
  ASK: 'clients of slots that stay open',
  TRYAGAIN: 'commands on several keys of a slot that is being moved',
  CROSSSLOT: 'commands on keys of different slots, which an application must not send',
} as const;
type Code = keyof typeof MEANING;
const CODES = Object.keys(MEANING) as Code[];

interface Traffic {
  node: ReadNode;
  commands: number;
  errors: Record<Code, number>;
  seconds: number;
}

/** Clients that are sent elsewhere, or turned away, with a good part of their commands. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, commandStats, errorStats, stats },
  more:
    'Each of these answers costs the client another round trip or an error. MOVED in quantity comes from clients that are not ' +
    'cluster-aware or do not refresh their map after a failover, or from a proxy that hides the nodes; CROSSSLOT from commands ' +
    'whose keys need one hash tag. CLIENT LIST shows names and addresses of those that are connected to the busiest node.',
  check: (_all, { snapshot, target, threshold }) =>
    judgeCluster(snapshot, (sights) => {
      const traffic = sights.flatMap(({ node }) => trafficOf(node));
      if (traffic.length === 0) return { unassessed: 'two samples of one server are needed' };
      const sum = (of: (one: Traffic) => number) => traffic.reduce((total, one) => total + of(one), 0);
      const commands = sum((one) => one.commands);
      // A reshard on its way sends clients to and fro: that is how it works.
      const resharding = sights.some(({ node }) => isResharding(node));
      const isMany = (code: Code) => {
        const count = sum(({ errors }) => errors[code]);
        if (resharding && code !== 'CROSSSLOT') return false;
        return code === 'MOVED'
          ? count >= threshold('fewestMoved', FEWEST_MOVED) && count / (commands + count) > threshold('share', SHARE)
          : count >= threshold('fewestErrors', FEWEST_ERRORS);
      };
      const many = CODES.filter(isMany);
      if (many.length === 0) return [];
      const turned = (one: Traffic) => many.reduce((total, code) => total + one.errors[code], 0);
      const [busiest, ...others] = traffic.filter((one) => turned(one) > 0).toSorted((a, b) => turned(b) - turned(a));
      if (!busiest) return [];
      return [
        {
          node: others.length === 0 ? busiest.node.name : target.name,
          severity: 'warning',
          headline: `${percent(sum(turned) / (commands + sum(turned)))} of all commands were answered with ${many.join(', ')} in ${busiest.seconds.toFixed(0)} s`,
          evidence: [
            ...many.map((code) => ({
              field: `errorstat_${code}`,
              value: `+${sum(({ errors }) => errors[code])}`,
              expected: `few: it means ${MEANING[code]}`,
            })),
            { field: 'most of them', value: `${turned(busiest)} on ${busiest.node.name}`, expected: '' },
          ],
        },
      ];
    }),
});

function trafficOf(node: ReadNode): Traffic[] {
  const [counters, counts] = [readingIfAny(node, stats), readingIfAny(node, errorStats)];
  const commands = counters && growth(counters, ({ total_commands_processed }) => total_commands_processed);
  if (commands === undefined || !counts) return [];
  const grown = (code: Code) => newErrors(counts, code) ?? 0;
  const errors = {
    MOVED: grown('MOVED'),
    ASK: grown('ASK'),
    TRYAGAIN: grown('TRYAGAIN'),
    CROSSSLOT: grown('CROSSSLOT'),
  };
  return [{ node, commands, errors, seconds: counters?.seconds ?? 0 }];
}
