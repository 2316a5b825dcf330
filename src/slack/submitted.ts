import type { ModalView } from '@slack/types';

/** What is shown in place of a submitted modal; `closed` when the thread says it all. */
export type Submitted =
  | { kind: 'closed' }
  | { kind: 'errors'; errors: Record<string, string> }
  | { kind: 'shown'; view: ModalView };
