"""Step 3, boto3: puts every row of the KPIs into the tables. Endpoint and keys come from the environment."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Callable

import boto3
import pandas as pd

Row = dict[str, Any]


def daily_genre_item(row: Row) -> Row:
    return row | {"avg_listening_time": Decimal(str(row["avg_listening_time"]))}


def top_songs_item(row: Row) -> Row:
    return row | {"genre": f"{row['genre']}#{row['rank']}", "genre_name": row["genre"]}


TABLES: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "avg_metrics": ("DailyGenreKPIs", daily_genre_item),
    "top_songs": ("TopSongsPerGenre", top_songs_item),
    "top_genres": ("TopGenresPerDay", lambda row: row),
}


KEYS = {
    "DailyGenreKPIs": [("date", "S"), ("genre", "S")],
    "TopSongsPerGenre": [("date", "S"), ("genre", "S")],
    "TopGenresPerDay": [("date", "S"), ("rank", "N")],
}


def ensure_tables(dynamodb: Any) -> None:
    existing = {table.name for table in dynamodb.tables.all()}
    for name in KEYS.keys() - existing:
        table = dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in KEYS[name]],
            KeySchema=[
                {"AttributeName": key, "KeyType": role} for (key, _), role in zip(KEYS[name], ["HASH", "RANGE"])
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        table.wait_until_exists()


def load(processed: Path) -> int:
    """Returns how many items were put."""
    dynamodb = boto3.resource("dynamodb")
    ensure_tables(dynamodb)
    put = 0
    for folder, (table, to_item) in TABLES.items():
        rows = pd.read_parquet(processed / folder)
        rows["date"] = rows["date"].astype(str)
        with dynamodb.Table(table).batch_writer() as batch:
            for row in rows.to_dict("records"):
                batch.put_item(Item=to_item(row))
                put += 1
    return put
