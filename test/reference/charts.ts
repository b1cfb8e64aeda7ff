import { byBytes, inOrder } from './byte-order.ts';

export interface Play {
  readonly user: string;
  readonly track: string;
  /** Seconds since 1970, UTC. */
  readonly second: number;
  readonly date: string;
}

/** A track under one genre. */
export interface Song {
  readonly track: string;
  readonly genre: string;
  readonly name: string;
  /** Empty if the catalogue does not say. */
  readonly artists: string;
  readonly durationMs: number;
}

export interface DailyGenreRow {
  readonly genre: string;
  readonly listen_count: number;
  readonly unique_listeners: number;
  /** Milliseconds. */
  readonly total_listening_time: number;
  /** Milliseconds per listener. */
  readonly avg_listening_time: number;
}

export interface TopSongRow {
  readonly genre: string;
  readonly rank: number;
  readonly track_id: string;
  readonly track_name: string;
  readonly artists: string;
  readonly play_count: number;
}

export interface TopGenreRow {
  readonly rank: number;
  readonly genre: string;
  readonly listen_count: number;
  readonly unique_listeners: number;
}

/** A date's charts; daily_genre by genre, top_songs by genre and rank, top_genres by rank. */
export interface Charts {
  readonly daily_genre: readonly DailyGenreRow[];
  readonly top_songs: readonly TopSongRow[];
  readonly top_genres: readonly TopGenreRow[];
}

/** The charts of one date. `plays` holds each play once, `songs` each (track, genre) once. */
export function chartsOf(plays: readonly Play[], songs: readonly Song[]): Charts {
  const playsOf = new Map<string, Play[]>();
  for (const play of plays) playsOf.set(play.track, [...(playsOf.get(play.track) ?? []), play]);
  const genres = [...new Set(songs.map((song) => song.genre))].toSorted(byBytes);
  const daily: DailyGenreRow[] = [];
  const top: TopSongRow[] = [];
  for (const genre of genres) {
    const songsOfGenre = songs.filter((song) => song.genre === genre);
    const counted = songsOfGenre
      .map((song) => ({ song, plays: playsOf.get(song.track) ?? [] }))
      .filter((entry) => entry.plays.length > 0);
    if (counted.length === 0) continue;

    const listeners = new Set(counted.flatMap((entry) => entry.plays.map((play) => play.user))).size;
    const total = sum(counted.map((entry) => entry.plays.length * entry.song.durationMs));
    daily.push({
      genre,
      listen_count: sum(counted.map((entry) => entry.plays.length)),
      unique_listeners: listeners,
      total_listening_time: total,
      avg_listening_time: total / listeners,
    });
    const best = counted.toSorted((a, b) =>
      inOrder(b.plays.length - a.plays.length, byBytes(a.song.track, b.song.track)),
    );
    for (const [index, entry] of best.slice(0, 3).entries()) {
      top.push({
        genre,
        rank: index + 1,
        track_id: entry.song.track,
        track_name: entry.song.name,
        artists: entry.song.artists,
        play_count: entry.plays.length,
      });
    }
  }
  const topGenres = daily
    .toSorted((a, b) => inOrder(b.listen_count - a.listen_count, byBytes(a.genre, b.genre)))
    .slice(0, 5)
    .map(({ genre, listen_count, unique_listeners }, index) => ({
      rank: index + 1,
      genre,
      listen_count,
      unique_listeners,
    }));
  return { daily_genre: daily, top_songs: top, top_genres: topGenres };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
