import type { Watched } from '../domain/action.ts';
import type { Probe } from '../domain/probe.ts';
import type { ProposalStep } from '../domain/proposal.ts';
import type { Target } from '../domain/target.ts';
import type { ObserveDeps } from './observe.ts';
import type { Hosts, Shelves } from './ports.ts';

type Needs = ReadonlySet<Probe<unknown>>;
type Some = Pick<Shelves, 'probes' | 'actions'>;

/** What an action that plans from the left weighs against the right, where the host is looked at. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  memory: ['host-memory'],
  clients: ['host-limits'],
  persistence: ['host-disk'],
};

/** The host probes that a step depends on: what its action plans from, and what its values are readings of. */
export function neededByStep(step: ProposalStep, shelves: Some): Needs {
  switch (step.kind) {
    case 'wait':
      return neededByGuard(step.until, shelves);
    case 'manual':
      return neededByGuard(step.until ?? '', shelves);
    case 'notify':
      return new Set();
    case 'action': {
      const { commands, undo, otherwise = [], expects, onlyWhile, undoWhile } = step;
      const planned = [...commands, ...otherwise, ...(typeof undo === 'string' ? [] : undo)];
      const named = planned.flatMap(({ applied, until, unless = [] }) => [
        ...applied,
        ...unless,
        ...(until?.shows ?? []),
        ...(until?.below ?? []),
      ]);
      return new Set([
        ...neededByAction(step.action, shelves),
        ...neededByReadings([...named, ...expects, ...onlyWhile, ...undoWhile], shelves),
      ]);
    }
  }
}

function neededByAction(id: string, { actions, probes }: Some): Needs {
  const needs = actions.get(id)?.needs ?? [];
  const beside = Object.entries(BESIDE).flatMap(([one, others]) =>
    needs.some((probe) => probe === probes.get(one)) ? others.map((other) => probes.get(other)) : [],
  );
  return ofHosts([...needs, ...beside]);
}

export function neededByReadings(readings: readonly Watched[], { probes }: Pick<Some, 'probes'>): Needs {
  return ofHosts(readings.map(({ reading }) => probes.get(reading.split('.')[0] ?? '')));
}

/** As a guard writes them: `host_kernel.overcommit_memory == 1`. */
export function neededByGuard(text: string, { probes }: Pick<Some, 'probes'>): Needs {
  return ofHosts(
    [...text.matchAll(/([a-z_]+)\.[a-z_]/g)].map(([, name = '']) => probes.get(name.replaceAll('_', '-'))),
  );
}

function ofHosts(probes: readonly (Probe<unknown> | undefined)[]): Needs {
  return new Set(probes.filter((probe) => probe !== undefined).filter(({ asks }) => asks === 'host'));
}

/** What a look must be given to see that much of the hosts; SSH costs time, so where nothing of them is needed it is left out. */
export function lookingAt(hosts: Hosts, target: Target, needs: Needs): Pick<ObserveDeps, 'hosts' | 'hostProbes'> {
  return target.host && needs.size > 0 ? { hosts, hostProbes: needs } : {};
}
