"""Step 2, Spark: joins every play with the catalogue and computes the three KPIs of every date."""

import os
from pathlib import Path

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F


def open_spark(threads: int, scratch: Path) -> SparkSession:
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    spark = (
        SparkSession.builder.master(f"local[{threads}]")
        .appName("seed-stack")
        .config("spark.driver.memory", "4g")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        # The default of 200 is meant for a cluster.
        .config("spark.sql.shuffle.partitions", "16")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.local.dir", str(scratch))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def compute(validated: Path, processed: Path, threads: int) -> None:
    spark = open_spark(threads, processed.parent / "spark")
    plays = (
        spark.read.parquet(str(validated / "streams"))
        .dropDuplicates(["user_id", "track_id", "listen_time"])
        .withColumn("date", F.to_date("listen_time"))
    )
    songs = (
        spark.read.parquet(str(validated / "songs"))
        .select("track_id", F.col("track_genre").alias("genre"), "track_name", "artists", "duration_ms")
        .dropDuplicates(["track_id", "genre"])
    )
    listens = plays.join(F.broadcast(songs), "track_id")

    daily_genre = (
        listens.groupBy("date", "genre")
        .agg(
            F.count("*").alias("listen_count"),
            F.countDistinct("user_id").alias("unique_listeners"),
            F.sum("duration_ms").alias("total_listening_time"),
        )
        .withColumn("avg_listening_time", F.col("total_listening_time") / F.col("unique_listeners"))
        .cache()
    )
    songs_of_genre = Window.partitionBy("date", "genre").orderBy(F.desc("play_count"), "track_id")
    top_songs = (
        listens.groupBy("date", "genre", "track_id", "track_name", "artists")
        .agg(F.count("*").alias("play_count"))
        .withColumn("rank", F.row_number().over(songs_of_genre))
        .where("rank <= 3")
    )
    genres_of_day = Window.partitionBy("date").orderBy(F.desc("listen_count"), "genre")
    top_genres = (
        daily_genre.withColumn("rank", F.row_number().over(genres_of_day))
        .where("rank <= 5")
        .select("date", "rank", "genre", "listen_count", "unique_listeners")
    )
    for name, rows in {"avg_metrics": daily_genre, "top_songs": top_songs, "top_genres": top_genres}.items():
        # A date's rows are few: one file each is enough.
        rows.coalesce(1).write.mode("overwrite").partitionBy("date").parquet(str(processed / name))
    spark.stop()
