"""Where an Alembic project keeps its alembic.ini and its env.py."""
import configparser
import os


class Unusable(Exception):
    """The project is not as this program knows them; the text says what to do."""


def ini_beside(folder):
    """The alembic.ini of `folder` or of the two folders above it."""
    place = folder
    for _ in range(3):
        path = os.path.join(place, "alembic.ini")
        if os.path.isfile(path):
            return path
        place = os.path.dirname(place)
    return None


def script_folder(ini):
    """The folder that alembic.ini calls `script_location`."""
    here = os.path.dirname(ini)
    parser = configparser.ConfigParser({"here": here.replace("%", "%%")})
    try:
        with open(ini, encoding="utf-8") as file:
            parser.read_file(file)
        location = parser.get("alembic", "script_location")
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{ini} cannot be read: {error}") from error
    return os.path.normpath(os.path.join(here, location))


def find(path):
    """The alembic.ini (or None) and the env.py of the project at `path`: its folder, the folder of its
    scripts, or that of its revisions."""
    path = os.path.realpath(path)
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    ini = ini_beside(folder)
    places = [folder, os.path.dirname(folder)]
    if ini:
        places.insert(0, script_folder(ini))
    for place in places + [os.path.join(folder, name) for name in ("alembic", "migrations")]:
        env = os.path.join(place, "env.py")
        if os.path.isfile(env):
            return ini, os.path.realpath(env)
    raise Unusable(f"no env.py was found for {path}: name the folder that holds alembic.ini")
