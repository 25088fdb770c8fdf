import { PageConfig } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { english } from '../../src/host';
import { drivePath, leaveOutOfAddress, SettingsDrive } from '../../src/hosts/lab/settings-drive';
import type { SaveSettingsFile, SettingsFile } from '../../src/protocol';

vi.mock('@jupyterlab/services', () => ({
  ServerConnection: {
    ResponseError: class extends Error {
      constructor(
        readonly response: Response,
        message: string
      ) {
        super(message);
      }
    }
  }
}));

const PATH = 'home/ada/.config/dispatch/dispatch.yaml';

/** A server with one file, which it changes only from the version it has. */
class Server {
  file: SettingsFile = {
    path: `/${PATH}`,
    text: 'keys: []\n',
    digest: 'v1',
    size: 9,
    changed_at: '2026-11-21T12:00:00Z',
    writable: true
  };
  readonly asked: string[] = [];

  readonly fetch = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const method = init.method ?? 'GET';
    this.asked.push(`${method} ${path}`);
    const wanted = new URLSearchParams(path.split('?')[1]).get('path');
    if (method === 'PUT') return this.put(JSON.parse(String(init.body)));
    if (wanted !== PATH)
      return Response.json({ code: 'not_found', message: 'There is none.', hint: 'Look.' }, { status: 404 });
    return Response.json(this.file);
  };

  private put({ path, text, digest }: SaveSettingsFile): Response {
    if (path !== PATH || digest !== this.file.digest)
      return Response.json({ code: 'conflict', message: 'It is another version.', hint: null }, { status: 409 });
    this.file = { ...this.file, text, digest: `${digest}+`, size: text.length };
    return Response.json(this.file);
  }
}

let server: Server;
let drive: SettingsDrive;
const said = vi.fn();

beforeEach(() => {
  server = new Server();
  said.mockClear();
  drive = new SettingsDrive(server.fetch, {} as ServerConnection.ISettings, english, said);
});
afterEach(() => drive.dispose());

it('names files by their absolute paths, of whatever system', () => {
  expect(drivePath('/home/ada/.config/dispatch/dispatch.yaml')).toBe(`Dispatch:${PATH}`);
  expect(drivePath('C:\\Users\\ada\\dispatch.yaml')).toBe('Dispatch:C:/Users/ada/dispatch.yaml');
});

it('opens a file as text that may be written, with the version Jupyter compares', async () => {
  expect(await drive.get(PATH, { content: true })).toMatchObject({
    name: 'dispatch.yaml',
    path: PATH,
    type: 'file',
    format: 'text',
    content: 'keys: []\n',
    writable: true,
    hash: 'v1',
    hash_algorithm: 'sha256',
    last_modified: '2026-11-21T12:00:00Z'
  });
  expect(await drive.get(PATH, { content: false })).toMatchObject({ content: null, format: null, hash: 'v1' });
  server.file = { ...server.file, writable: false };
  expect((await drive.get(PATH)).writable).toBe(false);
});

it('saves over the version that was told last, and says so', async () => {
  const heard = vi.fn();
  drive.fileChanged.connect((_, change) => heard(change.type, change.newValue?.path));
  await drive.get(PATH);
  expect((await drive.save(PATH, { content: 'keys: [] #\n' })).hash).toBe('v1+');
  expect(server.file.text).toBe('keys: [] #\n');
  expect(heard).toHaveBeenCalledWith('save', PATH);
  await drive.save(PATH, { content: '' });
  expect(server.file.text).toBe('');
});

it('does not save over a version that nobody was told of', async () => {
  const heard = vi.fn();
  drive.fileChanged.connect(heard);
  await drive.get(PATH);
  server.file = { ...server.file, digest: 'theirs', text: 'theirs' };
  await expect(drive.save(PATH, { content: 'mine' })).rejects.toThrow('It is another version.');
  expect(server.file.text).toBe('theirs');
  expect(heard).not.toHaveBeenCalled();
  // Jupyter has asked again, and the person has said that theirs goes
  await drive.get(PATH, { content: false });
  await drive.save(PATH, { content: 'mine' });
  expect(server.file.text).toBe('mine');
});

it('says why not in the words of the server, with the status that Jupyter looks for', async () => {
  const refused = drive.get('etc/passwd');
  await expect(refused).rejects.toThrow('There is none. Look.');
  await expect(refused).rejects.toMatchObject({ response: { status: 404 } });
});

it('does nothing else to files, and says so where JupyterLab would not', async () => {
  const settled = vi.fn();
  for (const [refused, what] of [
    [drive.delete(PATH), 'deleted'],
    [drive.rename(PATH), 'renamed'],
    [drive.copy(PATH), 'copied']
  ] as const) {
    refused.then(settled, settled); // a file that is deleted would be closed
    expect(said).toHaveBeenCalledWith(`dispatch.yaml was not ${what}`, expect.stringContaining(`: /${PATH}`));
  }
  await new Promise(resolve => setTimeout(resolve));
  expect(settled).not.toHaveBeenCalled();
  await expect(drive.newUntitled()).rejects.toThrow('Settings of Dispatch are only edited here');
  await expect(drive.restoreCheckpoint()).rejects.toThrow();
  expect(await drive.listCheckpoints()).toEqual([]);
  expect(server.asked).toEqual([]);
  await drive.get(PATH);
  expect((await drive.createCheckpoint(PATH)).last_modified).toBe('2026-11-21T12:00:00Z');
  expect(server.asked).toHaveLength(1);
});

it('downloads a file under its name, or says why not', async () => {
  const clicked: [name: string, address: string][] = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    clicked.push([this.download, this.href]);
  });
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:it', revokeObjectURL: () => {} }));
  void drive.getDownloadUrl(PATH);
  await vi.waitFor(() => expect(clicked).toEqual([['dispatch.yaml', 'blob:it']]));
  void drive.getDownloadUrl('etc/passwd');
  await vi.waitFor(() => expect(said).toHaveBeenCalledWith('passwd was not downloaded', 'There is none. Look.'));
  expect(clicked).toHaveLength(1);
});

it('keeps a file under no other name', async () => {
  await expect(drive.save('home/ada/copy.yaml', { content: 'x' })).rejects.toThrow(/only edited here.*use Download/);
});

it('leaves its files out of the address that JupyterLab opens at a reload, and no others', () => {
  for (const [before, after] of [
    [drivePath('/home/ada/.config/dispatch/dispatch.yaml'), ''],
    ['notes/dispatch.md', 'notes/dispatch.md'],
    ['', '']
  ] as const) {
    PageConfig.setOption('treePath', before);
    leaveOutOfAddress();
    expect(PageConfig.getOption('treePath')).toBe(after);
  }
});
