/** Asks the workspace for something; rejects with its reason. */
export async function ask(door, body) {
  const res = await fetch(`/_sim/${door}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await res.json();
  if (!res.ok) throw new Error(answer.error ?? res.statusText);
  return answer;
}

export async function sceneFor(user) {
  const res = await fetch(`/_sim/scene?user=${encodeURIComponent(user)}`);
  if (!res.ok) throw new Error('The workspace does not answer.');
  return res.json();
}

/** Listens for news; `opened` is called again after each reconnection, because something may have been missed. */
export function listen(user, opened, heard, lost) {
  const source = new EventSource(`/_sim/news?user=${encodeURIComponent(user)}`);
  source.onopen = opened;
  source.onmessage = (event) => heard(JSON.parse(event.data));
  source.onerror = lost;
  return () => source.close();
}
