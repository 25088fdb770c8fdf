const PATHS = {
  send: 'M8 13.5V3M3.5 7.2 8 2.7l4.5 4.5',
  plus: 'M8 3v10M3 8h10',
  sessions: 'M3 4.5h10M3 8h10M3 11.5h6',
  close: 'm4 4 8 8M12 4l-8 8',
  down: 'M8 3v10M3.8 8.8 8 13l4.2-4.2',
  chevron: 'm6 4 4 4-4 4',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  terminal: 'M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10.2h3',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  back: 'M13 8H3M7.2 3.5 2.7 8l4.5 4.5',
  shield: 'M8 2.2 3.2 4v3.6c0 3 2 5.2 4.8 6.2 2.8-1 4.8-3.2 4.8-6.2V4z',
  gear: 'M6.9 2h2.2l.4 1.7 1.2.5 1.5-.9 1.5 1.5-.9 1.5.5 1.2 1.7.4v2.2l-1.7.4-.5 1.2.9 1.5-1.5 1.5-1.5-.9-1.2.5-.4 1.7H6.9l-.4-1.7-1.2-.5-1.5.9-1.5-1.5.9-1.5-.5-1.2L1 9.6V7.4L2.7 7l.5-1.2-.9-1.5 1.5-1.5 1.5.9 1.2-.5zM10.1 8.5a2.1 2.1 0 1 1-4.2 0 2.1 2.1 0 0 1 4.2 0z',
  key: 'M8 10.7a2.7 2.7 0 1 1-5.4 0 2.7 2.7 0 0 1 5.4 0zM7.2 8.8 13.2 2.8M10.6 5.4l2 2M12.2 3.8l1.3 1.3',
  tasks: 'M2.5 4l1.2 1.2 2-2.2M2.5 9l1.2 1.2 2-2.2M8 4.5h5.5M8 9.5h5.5M8 13.5h5.5',
  warn: 'M8 2.5 14 13H2zM8 6.5v3.2M8 11.4v.2',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  timeline: 'M2.5 4h5M6 8h7.5M4 12h4.5',
  agents:
    'M8 2.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM3.7 10.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM12.3 10.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM8 5.8V8M3.7 10.2V8h8.6v2.2',
  open: 'M6.5 3h-4v10.5H13v-4M9.5 2.5h4v4M13 3 7.5 8.5'
} as const;

/** A line drawing in the colour of the text. Decoration: whoever uses it gives the words. */
export function Icon({ name }: { name: keyof typeof PATHS | 'stop' }) {
  return (
    <svg class="dsp-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {name === 'stop' ? (
        <rect x="4" y="4" width="8" height="8" rx="1" fill="currentColor" />
      ) : (
        <path d={PATHS[name]} />
      )}
    </svg>
  );
}
