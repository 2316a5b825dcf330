import { expect, test } from 'vitest';
import type { Finding, Severity } from '../../src/domain/finding.ts';
import { type Branch, forest, severityOf } from '../../src/domain/forest.ts';

/** `id@node severity`, and `< cause@node` for a symptom, in the order of a report. */
function findings(...lines: readonly string[]): Finding[] {
  return lines.map((line) => {
    const [, id = '', node = '', severity, by, on] = /^(\w+)@(\w+) (\w+)(?: < (\w+)(?:@(\w+))?)?$/.exec(line) ?? [];
    return {
      id,
      node,
      severity: severity as Severity,
      headline: line,
      evidence: [],
      more: '',
      explains: [],
      explainedBy: by ?? null,
      ...(on !== undefined && { explainedOn: on }),
      playbooks: [],
    };
  });
}

/** `id@node,node(symptoms)`. */
function shape(branches: readonly Branch[]): string {
  return branches
    .map(({ fault, symptoms }) => {
      const below = symptoms.length > 0 ? `(${shape(symptoms)})` : '';
      return `${fault[0].id}@${fault.map(({ node }) => node).join(',')}${below}`;
    })
    .join(' ');
}

test('a chain stays a chain', () => {
  const chain = findings('disk@a high', 'save@a critical < disk@a', 'writes@a critical < save@a', 'other@b high');
  expect(shape(forest(chain))).toBe('disk@a(save@a(writes@a)) other@b');
  expect(forest(chain).map(severityOf)).toEqual(['critical', 'high']);
});

test('what several nodes show for one reason is one branch, the worst of them first', () => {
  const down = findings(
    'dead@p high',
    'link@a warning < dead@p',
    'stale@a high < link@a',
    'link@b high < dead@p',
    'stale@b high < link@b',
  );
  expect(shape(forest(down))).toBe('dead@p(link@b,a(stale@a,b))');
});

test('a fault of its own on each of several nodes is one branch, and what comes of it too', () => {
  const same = findings(
    'disk@a high',
    'save@a critical < disk@a',
    'disk@b high',
    'save@b critical < disk@b',
    'loop@b high < save@b',
  );
  expect(shape(forest(same))).toBe('disk@a,b(save@a,b(loop@b))');
});

test('of two faults with one name it is the one on the named node that explains', () => {
  const turned = findings('link@a high', 'less@p high < link@a', 'link@b high < less@p', 'stale@a high < link@a');
  expect(shape(forest(turned))).toBe('link@a(less@p(link@b) stale@a)');
});

test('a report of an older version, which names no node, folds under the last that fits', () => {
  expect(shape(forest(findings('a@x high', 'b@x high < a', 'a@y high', 'b@y high < a')))).toBe('a@x,y(b@x,y)');
});

test('a symptom whose cause is not there stands by itself', () => {
  expect(shape(forest(findings('b@x high < a@x')))).toBe('b@x');
});
