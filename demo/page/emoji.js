import { svg } from './dom.js';

const dot = (fill) => [['circle', { cx: 8, cy: 8, r: 6.5, fill }]];
const disc = (fill, d) => [...dot(fill), ['path', { d, stroke: '#fff', 'stroke-width': 1.8, fill: 'none' }]];
const sign = (stroke, d) => [['path', { d, stroke, 'stroke-width': 1.7, fill: 'none' }]];
const shape = (fill, d) => [['path', { d, fill }]];

/** Drawn by us, so that they look alike on machines without an emoji font. 16 by 16. */
const GLYPHS = {
  '🔴': dot('#d7263d'),
  '🟠': dot('#ee7b22'),
  '🟡': dot('#e9b400'),
  '🔵': dot('#2b6fe0'),
  '🟢': dot('#1f9d5f'),
  '⚪': [['circle', { cx: 8, cy: 8, r: 6, fill: '#fff', stroke: '#9aa0b2', 'stroke-width': 1.4 }]],
  '✅': disc('#1f9d5f', 'M5 8.2l2.2 2.3L11 6'),
  '☑': disc('#2b6fe0', 'M5 8.2l2.2 2.3L11 6'),
  '❌': disc('#d7263d', 'M5.5 5.5l5 5M10.5 5.5l-5 5'),
  '🚫': [
    ['circle', { cx: 8, cy: 8, r: 5.7, fill: 'none', stroke: '#d7263d', 'stroke-width': 1.8 }],
    ['path', { d: 'M4 4l8 8', stroke: '#d7263d', 'stroke-width': 1.8 }],
  ],
  '❓': disc('#8a5cd6', 'M6 6.3c.2-2.6 4.2-2.4 4 .1-.1 1.4-2 1.4-2 3M8 10.6v1.2'),
  '⚠': [
    ['path', { d: 'M8 1.5l7 12.5H1z', fill: '#f0a500' }],
    ['path', { d: 'M8 6v4M8 11.2v1.3', stroke: '#fff', 'stroke-width': 1.6 }],
  ],
  '⌛': sign('#8a6a2f', 'M4 2h8M4 14h8M5 2c0 4 6 8 6 12M11 2c0 4-6 8-6 12'),
  '⏳': sign('#8a6a2f', 'M4 2h8M4 14h8M5 2c0 4 6 8 6 12M11 2c0 4-6 8-6 12'),
  '⏸': shape('#4a5168', 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z'),
  '⏹': shape('#4a5168', 'M3 3h10v10H3z'),
  '▶': shape('#2b6fe0', 'M4 2.5v11l9-5.5z'),
  '▫': [['path', { d: 'M5 5h6v6H5z', fill: 'none', stroke: '#9aa0b2', 'stroke-width': 1.4 }]],
  '↩': sign('#4a5168', 'M6 3L3 6l3 3M3 6h6.5a3.5 3.5 0 010 7H6'),
  '🔄': sign('#2b6fe0', 'M3 7a5 5 0 019-2.5M12 2v3H9M13 9a5 5 0 01-9 2.5M4 14v-3h3'),
  '🔎': sign('#4a5168', 'M9.6 2.4a3.9 3.9 0 100 7.8 3.9 3.9 0 000-7.8zM6.6 9.4L2.5 13.6'),
  '🛠': sign('#4a5168', 'M3 13l6-6M8.2 3.4a3 3 0 013.9 3.9M10.5 5.5l2-2M3.5 3.5l9.5 9.5'),
  '👁': sign('#6b7185', 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.4v3.2'),
};

const KNOWN = new RegExp(`(${Object.keys(GLYPHS).join('|')})\\u{FE0F}?`, 'u');

/** The text with the emoji that we know drawn in it. */
export function words(text) {
  return text.split(new RegExp(KNOWN, 'gu')).map((part, at) => (at % 2 === 1 ? glyph(part) : part));
}

function glyph(name) {
  return svg(
    'svg',
    { viewBox: '0 0 16 16', class: 'emoji', role: 'img', 'aria-label': name },
    GLYPHS[name].map(([tag, look]) => svg(tag, look)),
  );
}
