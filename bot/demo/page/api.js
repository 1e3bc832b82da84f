/**
 * The wire: what the local Slack offers the page, and nothing else.
 */

const WAIT = 3; // seconds that an answer may wait for the app, as long as Slack lets an app think

async function read(response) {
  try {
    return await response.json();
  } catch {
    return { ok: false, error: "no_answer", detail: `The workspace answered with status ${response.status}.` };
  }
}

/** Everything that this person may see now. */
export async function fetchState(as) {
  const response = await fetch(`/demo/state?as=${encodeURIComponent(as)}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`state: ${response.status}`);
  return response.json();
}

/** Events after a sequence number. Calls back for each; `onLost` once, when the connection breaks. */
export function openStream(as, after, onEvent, onLost) {
  const source = new EventSource(`/demo/stream?as=${encodeURIComponent(as)}&after=${after}`);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onerror = () => {
    source.close();
    onLost();
  };
  return () => source.close();
}

/** Do something as a person. Never throws: an answer that did not come is an answer too. */
export async function act(as, action) {
  try {
    const response = await fetch("/demo/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as, wait: WAIT, ...action }),
    });
    return await read(response);
  } catch {
    return { ok: false, error: "unreachable", detail: "The demo workspace does not answer. Is it still running?" };
  }
}

/** What could be typed next. */
export async function complete(as, channel, text, signal) {
  const query = new URLSearchParams({ as, channel, text });
  try {
    const response = await fetch(`/demo/complete?${query}`, { signal });
    return response.ok ? ((await response.json()).completions ?? []) : [];
  } catch {
    return []; // typing goes on without help
  }
}
