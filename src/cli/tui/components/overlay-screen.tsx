import type { ReactElement } from 'react';
import type { AppState, Overlay } from '../state/app-state.js';
import { layoutOf } from '../text/layout.js';
import { overlayRoom, overlayText, overlayTitle } from '../text/overlay-text.js';
import { bothEnds, type Display, plainLine, type StyledLine, wrapped } from '../text/styled-line.js';
import { fieldSpans } from '../text/text-field-spans.js';
import { Lines } from './lines.js';

interface OverlayScreenProps {
  readonly state: AppState;
  readonly overlay: Overlay;
  readonly display: Display;
}

/** What lies over a screen: a text to read, or a question. */
export function OverlayScreen({ state, overlay, display }: OverlayScreenProps): ReactElement {
  const { columns } = state.window;
  const height = layoutOf(state.window).height - 1;
  return <Lines lines={overlayLines(state, overlay)} width={columns} height={height} display={display} />;
}

function overlayLines(state: AppState, overlay: Overlay): StyledLine[] {
  const { columns } = state.window;
  if (overlay.kind === 'quit')
    return [
      plainLine('Quit?', 'strong'),
      plainLine(''),
      ...wrapped(
        'Something is still being computed, and would be lost. y quits, n stays.',
        columns,
        state.unicode,
      ),
    ];
  if (overlay.kind === 'save')
    return [
      plainLine('Save this run', 'strong'),
      plainLine(''),
      ...wrapped('run.json and every table as CSV, in a new or empty folder:', columns, state.unicode),
      plainLine(''),
      [{ text: '  ' }, ...fieldSpans(overlay.field, columns - 2, state.unicode)],
      plainLine(''),
      ...(overlay.isBusy ? [plainLine('writing …', 'faint')] : []),
      ...(overlay.message === null ? [] : wrapped(overlay.message, columns, state.unicode, 'bad')),
    ];
  const lines = overlayText(state, overlay);
  const room = overlayRoom(state);
  const start = Math.min(overlay.scroll, Math.max(0, lines.length - room));
  const place =
    lines.length <= room ? '' : `${start + 1}-${Math.min(lines.length, start + room)} of ${lines.length}`;
  return [
    bothEnds(
      plainLine(overlayTitle(state, overlay), 'strong'),
      plainLine(place, 'faint'),
      columns,
      state.unicode,
    ),
    plainLine(''),
    ...lines.slice(start, start + room),
  ];
}
