import { Notification } from '@jupyterlab/apputils';
import { effect } from '@preact/signals';
import { visible } from '../../components/shown-text';
import type { Translation } from '../../host';
import type { Request } from '../../protocol';
import type { Waiting } from '../../store/waiting';

/**
 * A JupyterLab notification for each request that waits, in whatever session; it goes when the request is answered,
 * wherever that was. @returns what ends it.
 */
export function notifyOfRequests(waiting: Waiting, trans: Translation, review: (request: Request) => void): () => void {
  const shown = new Map<string, string>();
  const show = (request: Request) => {
    const action = {
      label: trans.__('Review'),
      caption: trans.__('Go to the permission prompt'),
      displayType: 'accent' as const,
      callback: () => review(request)
    };
    return Notification.emit(visible(request.question), 'warning', { autoClose: false, actions: [action] });
  };
  const stop = effect(() => {
    const open = new Map(waiting.requests.value.map(request => [request.id, request]));
    for (const [id, notification] of shown) {
      if (open.has(id)) continue;
      Notification.dismiss(notification);
      shown.delete(id);
    }
    for (const [id, request] of open) if (!shown.has(id)) shown.set(id, show(request));
  });
  return () => {
    stop();
    for (const notification of shown.values()) Notification.dismiss(notification);
  };
}
