import { LabIcon } from '@jupyterlab/ui-components';

/** One that sends out three. */
const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M6.3 11.2 17.4 4.3l.9 1.4-11 6.9zM6.3 12.8l11.1 6.9.9-1.4-11-6.9zM6 11.2h12v1.6H6z"/>
    <circle cx="5.5" cy="12" r="3.5"/><circle cx="18.5" cy="4.8" r="2.5"/><circle cx="18.5" cy="12" r="2.5"/><circle cx="18.5" cy="19.2" r="2.5"/>
  </g>
</svg>`;

export const dispatchIcon = new LabIcon({ name: 'dispatch-jupyter:icon', svgstr });
