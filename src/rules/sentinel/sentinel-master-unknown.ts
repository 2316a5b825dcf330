import { closest } from '../../domain/closest.ts';
import { printable } from '../../domain/printable.ts';
import { defineRule } from '../../domain/rule.ts';
import { testimonies } from '../../domain/sentinel.ts';
import { readNodes } from '../../domain/snapshot.ts';
import sentinelInfo from '../../probes/sentinel-info.ts';

/** The Sentinels do not watch the master that is meant, or it is not said which of several is. */
export default defineRule({
  scope: 'target',
  needs: { sentinelInfo },
  more:
    'A Sentinel is asked about a master by the name after `sentinel monitor` in its configuration, and tells nothing about ' +
    'servers under another one. Put the name into medic.yml (targets.<name>.sentinel.master); a Sentinel that lacks it ' +
    'needs SENTINEL MONITOR.',
  check(_all, { snapshot, target }) {
    const told = testimonies(snapshot, sentinelInfo);
    const wanted = target.sentinel?.master;
    const without = told.filter(({ now }) => wanted === undefined || !now.masters.some(({ name }) => name === wanted));
    const severity = readNodes(snapshot).length === 0 ? 'high' : 'warning';
    return without.map(({ by, now }) => {
      const names = now.masters.map(({ name }) => printable(name, 60));
      return {
        node: by.name,
        severity,
        headline: wanted === undefined ? whichOne(by.name, names) : unknown(by.name, wanted, names),
        evidence: [
          {
            field: 'masters',
            value: names.join(', ') || 'none',
            expected: wanted ?? 'one, or sentinel.master in medic.yml',
          },
        ],
      };
    });
  },
});

function whichOne(sentinel: string, names: readonly string[]): string {
  if (names.length === 0) return `The Sentinel ${sentinel} watches no master`;
  return `The Sentinel ${sentinel} watches ${names.length} masters, and it is not said which one is meant: ${names.join(', ')}`;
}

function unknown(sentinel: string, wanted: string, names: readonly string[]): string {
  const meant = closest(wanted, names);
  return `The Sentinel ${sentinel} watches no master "${wanted}"${meant === undefined ? '' : `. Did you mean ${meant}?`}`;
}
