import type { Hitparade } from '../../pipeline/hitparade.ts';
import { compareWithDayBefore } from '../chart-days.ts';
import type { Style } from '../render/style.ts';
import { renderTopGenres } from '../render/top-genres.ts';
import { renderTopSongs } from '../render/top-songs.ts';

const GENRES_WITH_SONGS = 3;

/** The newest date's top genres, and the songs of the first few of them. */
export async function demoCharts(
  hitparade: Hitparade,
  style: Style,
): Promise<{ readonly charts: string; readonly date: string | undefined }> {
  const date = (await hitparade.publishedDates()).at(-1);
  if (date === undefined) return { charts: 'Nothing was published.\n', date };
  const days = { from: date, to: date };
  const genres = await hitparade.chart('top_genres', days);
  const songs = await hitparade.chart('top_songs', days);
  const leading = new Set(genres.slice(0, GENRES_WITH_SONGS).map((item) => item['genre']));
  const charts = [
    ...(await compareWithDayBefore(hitparade, 'top_genres', days, genres)).map((chart) =>
      renderTopGenres(chart, { all: true }, style),
    ),
    ...(
      await compareWithDayBefore(
        hitparade,
        'top_songs',
        days,
        songs.filter((item) => leading.has(item['genre_name'] ?? '')),
      )
    ).map((chart) => renderTopSongs(chart, { all: false }, style)),
  ];
  return { charts: charts.join('\n'), date };
}
