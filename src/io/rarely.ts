/** BullMQ reports an outage many times a second; one line in ten seconds tells as much. */
export function rarely(report: (error: Error) => void): (error: Error) => void {
  let quietUntil = 0;
  return (error) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + 10_000;
    report(error);
  };
}
