import { fireEvent, render } from '@testing-library/preact';
import { beforeEach, expect, it, vi } from 'vitest';
import { type Follow, useFollow } from '../../src/components/follow';

const VIEW = 200;
let resized: () => void;
let frames: FrameRequestCallback[];

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(tell: () => void) {
        resized = tell;
      }
      observe() {}
      disconnect() {}
    }
  );
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (then: FrameRequestCallback) => frames.push(then));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => {
    frames[id - 1] = () => {};
  });
});

/** A followed list of rows of 20 px as a browser would lay it out: `box.scrollTop` never goes beyond its end. */
function listOf(count: number, byHand = false) {
  let follow: Follow | undefined;
  function List() {
    follow = useFollow({ byHand });
    return (
      <div ref={follow.scroller}>
        <div ref={follow.content} />
      </div>
    );
  }
  const box = render(<List />).container.firstElementChild as HTMLElement;
  const content = box.firstElementChild as HTMLElement;
  let top = 0;
  const end = () => Math.max(0, content.childElementCount * 20 - VIEW);
  const laidOut = () => {
    top = Math.min(top, end());
    return top;
  };
  Object.defineProperties(box, {
    clientHeight: { get: () => VIEW },
    scrollHeight: { get: () => content.childElementCount * 20 },
    scrollTop: {
      get: laidOut,
      set: (to: number) => {
        top = Math.min(to, end());
      }
    }
  });
  const add = (more: number) => {
    for (let n = 0; n < more; n++) content.append(document.createElement('p'));
  };
  const take = (rows: number) => {
    for (let n = 0; n < rows; n++) content.lastElementChild?.remove();
  };
  const scrollTo = (to: number) => {
    top = to;
    fireEvent.scroll(box);
  };
  add(count);
  resized();
  fireEvent.scroll(box);
  expect(laidOut()).toBe(end());
  return { box, content, add, take, laidOut, end, scrollTo, following: () => follow?.following.value };
}

function pressed(where: Element) {
  fireEvent(where, new Event('pointerdown', { bubbles: true }));
}

/** What the page has to do before it draws two frames more. */
function twoFrames() {
  for (let n = 0; n < 2; n++) for (const frame of frames.splice(0)) frame(0);
}

it('stays at the end where the browser moved up, though lines came before it told of that', async () => {
  const list = listOf(100);
  list.take(47);
  await Promise.resolve();
  list.laidOut(); // somebody in the page asks for a size: the browser has less to scroll, and moves up
  list.add(60);
  fireEvent.scroll(list.box);
  expect(list.following()).toBe(true);
  expect(list.laidOut()).toBe(list.end());
});

it('stays at the end of content that is as high as before, of which nothing else tells', async () => {
  const list = listOf(100);
  list.take(47);
  await Promise.resolve();
  list.laidOut();
  list.add(47);
  fireEvent.scroll(list.box);
  expect(list.following()).toBe(true);
  expect(list.laidOut()).toBe(list.end());
});

it('stays at the end where something became lower by its style', async () => {
  const list = listOf(100);
  (list.content.firstElementChild as HTMLElement).style.display = 'none';
  await Promise.resolve();
  list.scrollTo(900);
  expect(list.following()).toBe(true);
  expect(list.laidOut()).toBe(list.end());
});

it('lets go where a move up is not explained by that, however it was made', async () => {
  const list = listOf(100);
  list.add(3);
  list.scrollTo(900); // by the search of the browser, say
  expect(list.following()).toBe(false);
  list.add(5);
  resized();
  expect(list.laidOut()).toBe(900);
  list.scrollTo(list.end());
  expect(list.following()).toBe(true);
});

it('takes what was taken away two frames before for no reason of a move', async () => {
  const list = listOf(100);
  list.take(1);
  list.add(1);
  list.take(1);
  await Promise.resolve(); // the browser tells of changes
  list.add(1);
  twoFrames();
  list.scrollTo(900);
  expect(list.following()).toBe(false);
});

it('takes text that replaces its last part for no reason of a move', () => {
  const list = listOf(100);
  list.take(2);
  list.add(3);
  list.scrollTo(900);
  expect(list.following()).toBe(false);
});

it.each([
  ['a turn of the wheel', (box: HTMLElement) => fireEvent.wheel(box, { deltaY: -100 })],
  ['a key', (box: HTMLElement) => fireEvent.keyDown(box, { key: 'PageUp' })],
  ['a finger', (box: HTMLElement) => fireEvent.touchMove(box)],
  ['the scroll bar', (box: HTMLElement) => pressed(box)],
  ['a selection', (box: HTMLElement) => pressed(box.firstElementChild as Element)]
])('lets go at %s, whatever becomes of the content', (_, act) => {
  const list = listOf(100);
  list.take(3);
  act(list.box);
  list.scrollTo(900);
  expect(list.following()).toBe(false);
});

it('stays where the person pressed something at the end that folded itself', () => {
  const list = listOf(100);
  fireEvent.focusIn(list.content.lastElementChild as Element);
  list.take(47);
  fireEvent.scroll(list.box);
  expect(list.following()).toBe(true);
});

it('leaves what is followed by hand where the browser moved it', () => {
  const list = listOf(100, true);
  list.scrollTo(900);
  expect(list.following()).toBe(true);
  expect(list.laidOut()).toBe(900);
});
