import { describe, expect, test } from 'vitest';
import { Finding } from '../../src/domain/finding.ts';
import type { ParameterValues } from '../../src/domain/parameter.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { planSomewhere } from '../../src/flow/choose-node.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { GIB, group, PRIMARY, primary, REPLICA, replica } from '../support/planning.ts';

const units = await loadShelves();
const playbooks = await loadPlaybooks(units);
const servers = openServers(units.probes);

const FULL = { memory: { effective: 2 * GIB, used_memory: 2 * GIB } };
const BOTH = group([primary(FULL), replica()]);
const FAR = '10.0.0.9:6379';

interface Ask {
  findings?: Finding[];
  values?: ParameterValues;
  named?: string;
}

async function planned(id: string, snapshot: Snapshot, { findings = [], values = {}, named }: Ask = {}) {
  const loaded = playbooks.get(id);
  if (!loaded) throw new Error(`no playbook ${id}`);
  const report = {
    target: 'prod',
    verdict: 'critical',
    takenAt: 1,
    tookMs: 1,
    nodes: [],
    findings,
    unassessed: [],
  } as const;
  const ask = { loaded, snapshot, report: { ...report, nodes: [], unassessed: [] }, values, shelves: units };
  const answer = await planSomewhere({ servers, shelves: units }, ask, named);
  return answer.kind === 'planned' ? `planned on ${answer.draft.node}` : `${answer.kind}: ${answer.refused}`;
}

function finding(id: string, node: string): Finding {
  const rest = {
    severity: 'critical',
    headline: 'x',
    evidence: [],
    more: 'x',
    explains: [],
    explainedBy: null,
    playbooks: [],
  };
  return Finding.parse({ id, node, ...rest });
}

describe('where a playbook is planned', () => {
  test('on the server that was named', async () => {
    expect(await planned('reconnect-replica', BOTH, { named: REPLICA })).toContain(`planned on ${REPLICA}`);
    expect(await planned('raise-maxmemory', BOTH, { named: FAR })).toBe(
      `strange: there is no server ${FAR} in prod: ${PRIMARY}, ${REPLICA}`,
    );
    const silent = group([primary(), { name: FAR, cause: 'hung', detail: 'no answer' }]);
    expect(await planned('raise-maxmemory', silent, { named: FAR })).toContain('could not be read');
  });

  test('where the finding is', async () => {
    const findings = [finding('replica-link-down', REPLICA)];
    expect(await planned('reconnect-replica', BOTH, { findings })).toContain(REPLICA);
  });

  test('on the primary rather than on its replicas', async () => {
    expect(await planned('raise-maxmemory', BOTH)).toBe(`planned on ${PRIMARY}`);
  });

  test('on the one replica that it is possible on', async () => {
    expect(await planned('reconnect-replica', BOTH)).toMatch(/^planned on /);
  });

  test('not by chance: of several it must be said which', async () => {
    const two = group([primary(FULL), { ...primary(FULL), name: FAR }]);
    expect(await planned('raise-maxmemory', two)).toBe(
      `strange: say on which server: ${PRIMARY} (primary), ${FAR} (primary)`,
    );
  });
});

describe('what is refused', () => {
  test('a playbook for another purpose than that of the target', async () => {
    const store = group([primary(FULL)], { purpose: 'store' });
    expect(await planned('evict-for-cache', store)).toBe('refused: it is for cache, and prod is declared as store');
    const cache = group([primary(FULL)], { purpose: 'cache' });
    expect(await planned('evict-for-cache', cache)).toContain('planned on');
  });

  test('a target of which no server could be read', async () => {
    const silent = group([{ name: PRIMARY, cause: 'hung' }]);
    expect(await planned('raise-maxmemory', silent)).toBe('refused: no server of it could be read');
  });

  test('what only a person can say', async () => {
    expect(await planned('trim-stream', BOTH)).toContain('key: it has no default: The stream?');
  });
});
