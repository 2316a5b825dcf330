import { defineFigure } from '../domain/readiness.ts';
import { historyOf } from '../domain/snapshot.ts';
import { duration } from '../domain/units.ts';

/** Whether somebody has been looking at this server without being asked. */
export default defineFigure({
  needs: {},
  tell(_readings, { node, snapshot }) {
    const history = historyOf(snapshot, node);
    const first = history[0];
    if (!first) {
      return { unassessed: 'nothing is recorded of it: a running redis-medic that watches this target records it' };
    }
    return { said: `watched for ${duration((snapshot.takenAt - first.at) / 1000)}`, ok: true };
  },
});
