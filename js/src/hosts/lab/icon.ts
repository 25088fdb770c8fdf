import { LabIcon } from '@jupyterlab/ui-components';

/** One that sends out three. */
const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M6.3 11.2 17.4 4.3l.9 1.4-11 6.9zM6.3 12.8l11.1 6.9.9-1.4-11-6.9zM6 11.2h12v1.6H6z"/>
    <circle cx="5.5" cy="12" r="3.5"/><circle cx="18.5" cy="4.8" r="2.5"/><circle cx="18.5" cy="12" r="2.5"/><circle cx="18.5" cy="19.2" r="2.5"/>
  </g>
</svg>`;

export const dispatchIcon = new LabIcon({ name: 'dispatch-jupyter:icon', svgstr });

/** Ring, ball, half a ball, diamond, tick, square, cross: a thread's state in its tab, in its colour and its shape. */
const SHAPES: Record<ThreadState, string> = {
  idle: '<circle cx="12" cy="12" r="6" fill="none" stroke="var(--jp-ui-font-color2, #616161)" stroke-width="2.4"/>',
  running: '<circle cx="12" cy="12" r="7" fill="var(--jp-brand-color1, #1976d2)"/>',
  waiting:
    '<circle cx="12" cy="12" r="6" fill="none" stroke="var(--jp-warn-color1, #b26a00)" stroke-width="2.4"/><path d="M12 6a6 6 0 0 1 0 12z" fill="var(--jp-warn-color1, #b26a00)"/>',
  asking: '<path d="M12 3 21 12l-9 9-9-9z" fill="var(--jp-warn-color1, #b26a00)"/>',
  done: '<path d="m5 12.5 5 5 9.5-10.5" fill="none" stroke="var(--jp-success-color1, #2e7d32)" stroke-width="3"/>',
  stopped: '<rect x="6" y="6" width="12" height="12" fill="var(--jp-ui-font-color2, #616161)"/>',
  error: '<path d="m6 6 12 12M18 6 6 18" fill="none" stroke="var(--jp-error-color1, #c62828)" stroke-width="3"/>'
};

export type ThreadState = 'idle' | 'running' | 'waiting' | 'asking' | 'done' | 'stopped' | 'error';

const svgOf = (shape: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">${shape}</svg>`;

/** By what its agent does. */
export const threadIcons = Object.fromEntries(
  Object.entries(SHAPES).map(([state, shape]) => [
    state,
    new LabIcon({ name: `dispatch-jupyter:thread-${state}`, svgstr: svgOf(shape) })
  ])
) as Record<ThreadState, LabIcon>;
