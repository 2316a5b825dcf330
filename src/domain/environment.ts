import type { Target } from './target.ts';

/** True for what the owner calls a place to develop or test in: carelessness there is no incident. */
export function isForDevelopment({ environment }: Target): boolean {
  return /^(dev|development|test|tests|testing|local|sandbox|ci)$/i.test(environment);
}
