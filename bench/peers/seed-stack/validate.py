"""Step 1, pandas: required columns, types, rows that make no sense. CSV in, typed Parquet out."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

CHUNK_ROWS = 1_000_000

SCHEMAS = {
    "users": pa.schema(
        [
            ("user_id", pa.string()),
            ("user_name", pa.string()),
            ("user_age", pa.int32()),
            ("user_country", pa.string()),
            ("created_at", pa.timestamp("us")),
        ]
    ),
    "songs": pa.schema(
        [
            ("track_id", pa.string()),
            ("artists", pa.string()),
            ("album_name", pa.string()),
            ("track_name", pa.string()),
            ("popularity", pa.int64()),
            ("duration_ms", pa.int64()),
            ("explicit", pa.bool_()),
            ("danceability", pa.float64()),
            ("energy", pa.float64()),
            ("key", pa.int64()),
            ("loudness", pa.float64()),
            ("mode", pa.int64()),
            ("speechiness", pa.float64()),
            ("acousticness", pa.float64()),
            ("instrumentalness", pa.float64()),
            ("liveness", pa.float64()),
            ("valence", pa.float64()),
            ("tempo", pa.float64()),
            ("time_signature", pa.int64()),
            ("track_genre", pa.string()),
        ]
    ),
    "streams": pa.schema(
        [("user_id", pa.string()), ("track_id", pa.string()), ("listen_time", pa.timestamp("us"))]
    ),
}


def check_users(rows: pd.DataFrame) -> pd.DataFrame:
    rows["user_age"] = pd.to_numeric(rows["user_age"], errors="coerce")
    rows["created_at"] = pd.to_datetime(rows["created_at"], format="ISO8601", errors="coerce")
    rows = rows.dropna(subset=["user_id", "user_name", "user_age", "user_country", "created_at"])
    return rows[rows["user_age"].between(0, 130)]


def check_songs(rows: pd.DataFrame) -> pd.DataFrame:
    rows["duration_ms"] = pd.to_numeric(rows["duration_ms"], errors="coerce")
    rows = rows.dropna(subset=["track_id", "track_name", "track_genre", "duration_ms"])
    rows = rows[rows["duration_ms"] > 0].copy()
    rows["explicit"] = rows["explicit"].str.lower() == "true"
    for field in SCHEMAS["songs"]:
        if not pa.types.is_string(field.type) and not pa.types.is_boolean(field.type):
            rows[field.name] = pd.to_numeric(rows[field.name], errors="coerce")
    return rows


def check_streams(rows: pd.DataFrame) -> pd.DataFrame:
    rows["listen_time"] = pd.to_datetime(rows["listen_time"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    rows = rows.dropna(subset=["user_id", "track_id", "listen_time"])
    latest = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(days=1)
    return rows[rows["listen_time"].between(datetime(2000, 1, 1), latest)]


CHECKS = {"users": check_users, "songs": check_songs, "streams": check_streams}


def validate_file(source: Path, target: Path, dataset: str) -> None:
    schema, check = SCHEMAS[dataset], CHECKS[dataset]
    header = pd.read_csv(source, nrows=0).columns
    missing = set(schema.names) - set(header)
    if missing:
        raise ValueError(f"{source.name} has no column {', '.join(sorted(missing))}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(target, schema) as writer:
        # Rows with too many columns are skipped by the reader, others by the checks.
        for rows in pd.read_csv(
            source, dtype=str, keep_default_na=False, na_values=[""], on_bad_lines="skip", chunksize=CHUNK_ROWS
        ):
            good = check(rows)[schema.names]
            writer.write_table(pa.Table.from_pandas(good, schema=schema, preserve_index=False))


def validate(raw: Path, validated: Path) -> None:
    """Files that were validated before are left as they are."""
    for dataset in SCHEMAS:
        for source in sorted((raw / dataset).glob("*.csv")):
            target = validated / dataset / f"{source.stem}.parquet"
            if not target.exists():
                validate_file(source, target, dataset)
