/** The Jupyter server a page came from. */
export interface PageServer {
  readonly baseUrl: string;
  readonly token: string;
}

/** Read from the tag that JupyterLab, Notebook 7 and nbclassic pages carry; VS Code and Colab have none. */
export function pageServer(page: Document = document): PageServer | null {
  const text = page.getElementById('jupyter-config-data')?.textContent;
  if (!text) return null;
  try {
    const config = JSON.parse(text) as { baseUrl?: unknown; token?: unknown };
    return { baseUrl: typeof config.baseUrl === 'string' ? config.baseUrl : '/', token: textOf(config.token) };
  } catch {
    return null; // a tag of that name that is not Jupyter's
  }
}

/** A request with the page's authentication: the token where there is one, else the cookie and its XSRF value. */
export function request(server: PageServer, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (server.token) headers.set('Authorization', `token ${server.token}`);
  const xsrf = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie)?.[1];
  if (xsrf) headers.set('X-XSRFToken', xsrf);
  return fetch(address(server, path), { ...init, headers, credentials: 'same-origin', cache: 'no-store' });
}

/** The name the server knows this person by; null where it does not say. */
export async function userName({ baseUrl, token }: PageServer): Promise<string | null> {
  const url = new URL(`${baseUrl.replace(/\/?$/, '/')}api/me`, window.location.href);
  try {
    const headers: HeadersInit = token ? { Authorization: `token ${token}` } : {};
    const answer = await fetch(url, { headers, credentials: 'same-origin' });
    const me = (await answer.json()) as { identity?: { display_name?: unknown; username?: unknown } };
    return textOf(me.identity?.display_name) || textOf(me.identity?.username) || null;
  } catch {
    return null; // an older server: people are then not told apart
  }
}

/** Where the change stream is; the cookie, or the token, goes with it. */
export function streamUrl(server: PageServer, query: URLSearchParams): string {
  if (server.token) query.set('token', server.token);
  const url = new URL(`${address(server, 'stream')}?${query}`);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

function address({ baseUrl }: PageServer, path: string): string {
  return new URL(`${baseUrl.replace(/\/?$/, '/')}dispatch/${path}`, window.location.href).href;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
