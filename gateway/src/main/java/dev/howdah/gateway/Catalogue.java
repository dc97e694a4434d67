package dev.howdah.gateway;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The functions that may be called, as the database had them at one moment: by profile, which is a schema, and by name.
 * The first profile is the one that a request means which names none. It has, besides its schema's, the functions that
 * are exposed without a schema, wherever the search_path finds them.
 */
final class Catalogue {

    /** A schema that requests may name. */
    record Profile(String name, String searchPath, Map<String, List<RpcFunction>> functions) {

        List<RpcFunction> overloads(String function) {
            return functions.getOrDefault(function, List.of());
        }
    }

    private final Map<String, Profile> profiles;
    private final Profile first;

    private Catalogue(Map<String, Profile> profiles) {
        this.profiles = profiles;
        this.first = profiles.values().iterator().next();
    }

    /** @throws RpcError 406 PGRST106 if that schema is none of those exposed */
    Profile profile(@Nullable String name) {
        if (name == null) {
            return first;
        }
        Profile profile = profiles.get(name);
        if (profile == null) {
            throw RpcError.noProfile(name, profiles.keySet());
        }
        return profile;
    }

    boolean hasSeveralProfiles() {
        return profiles.size() > 1;
    }

    static final class Builder {
        private final List<String> path;
        private final Exposure exposure;
        private final List<RpcFunction> visible = new ArrayList<>();
        private final Map<String, List<RpcFunction>> bySchema = new LinkedHashMap<>();

        /** @param path the schemas of the connection's search_path that exist */
        Builder(List<String> path, Exposure exposure) {
            this.path = path;
            this.exposure = exposure;
            exposure.profiles().forEach(schema -> bySchema.put(schema, new ArrayList<>()));
        }

        /** @param isVisible whether it is exposed by its name alone, and the search_path finds it */
        void add(RpcFunction function, boolean isVisible) {
            if (isVisible) {
                visible.add(function);
            }
            if (exposure.schemas().contains(function.schema())
                    || exposure.qualified().contains(function.schema() + "." + function.name())) {
                bySchema.get(function.schema()).add(function);
            }
        }

        Catalogue build() {
            Map<String, Profile> profiles = new LinkedHashMap<>();
            if (!exposure.names().isEmpty() || bySchema.isEmpty()) {
                String first = firstSchema();
                Set<RpcFunction> functions = new LinkedHashSet<>(visible);
                functions.addAll(bySchema.getOrDefault(first, List.of()));
                profiles.put(first, profile(first, functions, path));
            }
            bySchema.forEach((schema, functions) -> {
                Set<String> searchPath = new LinkedHashSet<>(Set.of(schema));
                searchPath.addAll(path);
                profiles.computeIfAbsent(schema, name -> profile(name, functions, searchPath));
            });
            return new Catalogue(profiles);
        }

        /** Not always the first of the search_path: that may be a role's own, with nothing in it to call. */
        private String firstSchema() {
            return visible.isEmpty()
                    ? path.isEmpty() ? "public" : path.get(path.size() - 1)
                    : visible.get(0).schema();
        }

        private static Profile profile(String name, Collection<RpcFunction> functions, Collection<String> searchPath) {
            Map<String, List<RpcFunction>> byName = new TreeMap<>();
            functions.forEach(function -> byName.computeIfAbsent(function.name(), ignored -> new ArrayList<>())
                    .add(function));
            String quoted = searchPath.stream().map(SqlText::quoted).collect(Collectors.joining(", "));
            return new Profile(name, quoted, byName);
        }
    }
}
