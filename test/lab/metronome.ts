import { workerData } from 'node:worker_threads';

/** A thread that only beats: a beat that comes late tells that the machine itself stood still. */
const BEAT_MS = 5;
const LATE_MS = 50;

const { lateAt }: { lateAt: Float64Array } = workerData;
let before = Date.now();
setInterval(() => {
  const now = Date.now();
  if (now - before > LATE_MS) lateAt[0] = now;
  before = now;
}, BEAT_MS);
